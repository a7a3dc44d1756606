// The public names in browsers: the very same, so that the two cannot part ways. Bundlers need not know of this file; it
// is what the build for pages without a bundler begins with.
export * from './index.js';
