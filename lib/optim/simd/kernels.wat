;; Loops over vectors of float32 in this module's memory, four numbers at once, calculated in double precision.
;; Pointers are in bytes; `end` is that of the first vector. Lengths are multiples of four numbers, and at least four.
;; `npm run kernels` assembles this to kernels.ts.
(module
  (memory (export "memory") 0)

  ;; out[0] += v·a and out[1] += v·b, in two partial sums each: float64 at out, out + 8, out + 16 and out + 24
  (func (export "dots") (param $v i32) (param $end i32) (param $a i32) (param $b i32) (param $out i32)
    (local $low v128) (local $high v128)
    (local $a0 v128) (local $a1 v128) (local $b0 v128) (local $b1 v128)
    (loop $next
      (local.set $low (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $v))))
      (local.set $high (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $v))))
      (local.set $a0 (f64x2.add (local.get $a0)
        (f64x2.mul (local.get $low) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $a))))))
      (local.set $a1 (f64x2.add (local.get $a1)
        (f64x2.mul (local.get $high) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $a))))))
      (local.set $b0 (f64x2.add (local.get $b0)
        (f64x2.mul (local.get $low) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $b))))))
      (local.set $b1 (f64x2.add (local.get $b1)
        (f64x2.mul (local.get $high) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $b))))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u
        (local.tee $v (i32.add (local.get $v) (i32.const 16))) (local.get $end))))
    (v128.store (local.get $out)
      (f64x2.add (v128.load (local.get $out)) (f64x2.add (local.get $a0) (local.get $a1))))
    (v128.store offset=16 (local.get $out)
      (f64x2.add (v128.load offset=16 (local.get $out)) (f64x2.add (local.get $b0) (local.get $b1)))))

  ;; target = x + f·a + g·b + h·c + k·d
  (func (export "combine") (param $target i32) (param $end i32) (param $x i32)
    (param $f f64) (param $a i32) (param $g f64) (param $b i32)
    (param $h f64) (param $c i32) (param $k f64) (param $d i32)
    (local $fs v128) (local $gs v128) (local $hs v128) (local $ks v128)
    (local.set $fs (f64x2.splat (local.get $f)))
    (local.set $gs (f64x2.splat (local.get $g)))
    (local.set $hs (f64x2.splat (local.get $h)))
    (local.set $ks (f64x2.splat (local.get $k)))
    (loop $next
      (v128.store64_lane 0 (local.get $target) (f32x4.demote_f64x2_zero
        (f64x2.add (f64x2.add
          (f64x2.add (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $x)))
            (f64x2.mul (local.get $fs) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $a)))))
          (f64x2.mul (local.get $gs) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $b)))))
          (f64x2.add
            (f64x2.mul (local.get $hs) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $c))))
            (f64x2.mul (local.get $ks) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $d))))))))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (local.set $b (i32.add (local.get $b) (i32.const 8)))
      (local.set $c (i32.add (local.get $c) (i32.const 8)))
      (local.set $d (i32.add (local.get $d) (i32.const 8)))
      (br_if $next (i32.lt_u
        (local.tee $target (i32.add (local.get $target) (i32.const 8))) (local.get $end)))))

  ;; target = x + f·y
  (func (export "addScaled") (param $target i32) (param $end i32) (param $x i32) (param $f f64) (param $y i32)
    (local $fs v128)
    (local.set $fs (f64x2.splat (local.get $f)))
    (loop $next
      (v128.store64_lane 0 (local.get $target) (f32x4.demote_f64x2_zero
        (f64x2.add (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $x)))
          (f64x2.mul (local.get $fs) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $y)))))))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (local.set $y (i32.add (local.get $y) (i32.const 8)))
      (br_if $next (i32.lt_u
        (local.tee $target (i32.add (local.get $target) (i32.const 8))) (local.get $end)))))

  ;; Adds to two partial sums of |v| at out and out + 8, and raises four partial maxima of |v|: float32 from out + 16 on.
  ;; If a number is NaN, a maximum is NaN.
  (func (export "sizes") (param $v i32) (param $end i32) (param $out i32)
    (local $each v128) (local $low v128) (local $high v128) (local $max v128)
    (local.set $max (v128.load offset=16 (local.get $out)))
    (loop $next
      (local.set $each (f32x4.abs (v128.load (local.get $v))))
      (local.set $max (f32x4.max (local.get $max) (local.get $each)))
      (local.set $low (f64x2.add (local.get $low) (f64x2.promote_low_f32x4 (local.get $each))))
      (local.set $high (f64x2.add (local.get $high) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $each) (local.get $each)))))
      (br_if $next (i32.lt_u
        (local.tee $v (i32.add (local.get $v) (i32.const 16))) (local.get $end))))
    (v128.store (local.get $out)
      (f64x2.add (v128.load (local.get $out)) (f64x2.add (local.get $low) (local.get $high))))
    (v128.store offset=16 (local.get $out) (local.get $max))))
