"""The architectures, in the order in which they are tried: small ones and different ones first.

All of torchvision's classification, segmentation, detection and video models, detectors at their heads besides, and one small
member of each of timm's families (a family is a module of timm.models).
"""

# Different from each other, so that faults show early; quick ones first.
FIRST = """
torchvision/resnet18 torchvision/squeezenet1_1 torchvision/mobilenet_v2 torchvision/mobilenet_v3_small
torchvision/shufflenet_v2_x0_5 torchvision/mnasnet0_5 timm/mobilevitv2_050 timm/edgenext_xx_small timm/convnext_zepto_rms
timm/mobilenetv2_035 timm/dla46_c timm/cs3darknet_focus_s timm/efficientvit_m0 timm/ghostnetv3_050 timm/lcnet_050
torchvision/regnet_x_400mf timm/vit_tiny_r_s16_p8_224 timm/deit_tiny_distilled_patch16_224 timm/eva02_tiny_patch14_224
timm/fastvit_t8 timm/cspnext_tiny torchvision/googlenet timm/xcit_nano_12_p16_224 timm/halonet_h1 timm/lambda_resnet26t
timm/coat_tiny timm/levit_128s timm/convit_tiny segmentation/lraspp_mobilenet_v3_large timm/efficientvit_b0
detection/ssdlite320_mobilenet_v3_large timm/mvitv2_tiny timm/efficientvim_m1 timm/gcvit_xxtiny timm/nest_tiny timm/hiera_tiny_224
detection/fasterrcnn_mobilenet_v3_large_320_fpn torchvision/swin_t timm/crossvit_tiny_240 timm/sequencer2d_s timm/volo_d1_224
timm/vit_relpos_small_patch16_224 timm/eca_nfnet_l0 timm/tnt_s_legacy_patch16_224 torchvision/swin_v2_t torchvision/maxvit_t
timm/mixer_s32_224 timm/iformer_t timm/pvt_v2_b0 timm/mobilevit_xxs timm/pit_ti_224 timm/starnet_s1 timm/repghostnet_050
segmentation/deeplabv3_mobilenet_v3_large torchvision/densenet121 torchvision/efficientnet_b0 torchvision/vit_b_32
torchvision/convnext_tiny torchvision/inception_v3 timm/swiftformer_xs timm/efficientformerv2_s0 timm/rexnet_100
timm/tiny_vit_5m_224 timm/repvit_m0_9 timm/shvit_s1 timm/fasternet_t0 timm/cpubone_nano video/r3d_18 video/s3d video/mvit_v1_b
video/swin3d_t detection/retinanet_resnet50_fpn detection/maskrcnn_resnet50_fpn timm/nasnetalarge
"""

# The other families of timm, one member each.
TIMM = """
timm/xcit_nano_12_p8_224 timm/hardcorenas_a timm/selecsls42 timm/vit_tiny_patch16_224 timm/tnt_s_legacy_patch16_224 timm/mixer_s32_224
timm/efficientvim_m1 timm/cait_xxs24_224 timm/dpn48b timm/eca_botnext26ts_256 timm/mobileone_s1 timm/csatv2
timm/efficientformer_l1 timm/gcvit_xxtiny timm/vit_relpos_small_patch16_224 timm/resnetv2_18 timm/eca_nfnet_l0 timm/skresnet18
timm/visformer_tiny timm/hgnet_tiny timm/hrnet_w18_small timm/poolformer_s12 timm/caformer_s18 timm/volo_d1_224
timm/vitamin_small_224 timm/nest_tiny timm/twins_pcpvt_small timm/sequencer2d_s timm/swinv2_cr_tiny_224
timm/swinv2_tiny_window8_256 timm/swin_tiny_patch4_window7_224 timm/convmixer_768_32 timm/mambaout_femto timm/maxvit_pico_rw_256
timm/coatnet_pico_rw_224 timm/mvitv2_tiny timm/hiera_tiny_224 timm/sam2_hiera_tiny timm/iformer_t timm/inception_next_atto
timm/inception_v4 timm/inception_resnet_v2 timm/xception41 timm/legacy_xception timm/res2net50_14w_8s timm/resnest14d
timm/rdnet_tiny timm/legacy_seresnet18 timm/tresnet_m timm/vovnet39a timm/ese_vovnet19b_slim timm/nextvit_small
timm/davit_tiny timm/focalnet_tiny_srf timm/lowformer_b0 timm/lcnetv2_base timm/regnetx_002 timm/resnet10t
timm/densenetblur121d timm/vgg11 timm/inception_v3 timm/pnasnet5large timm/beit_base_patch16_224 timm/samvit_base_patch16
timm/mobilenetv5_base timm/naflexvit_base_patch16_gap timm/qwen3_vit_88m timm/gemma4_vit_167m timm/deepseek_vit_412m
"""

# torchvision's detectors without the choice of proposals and detections.
HEADS = """
heads/ssdlite320_mobilenet_v3_large heads/fasterrcnn_mobilenet_v3_large_320_fpn heads/retinanet_resnet50_fpn heads/fcos_resnet50_fpn
heads/ssd300_vgg16 heads/maskrcnn_resnet50_fpn heads/keypointrcnn_resnet50_fpn heads/retinanet_resnet50_fpn_v2
heads/fasterrcnn_resnet50_fpn_v2 heads/maskrcnn_resnet50_fpn_v2
"""

# The rest of torchvision.
TORCHVISION = """
torchvision/alexnet torchvision/squeezenet1_0 torchvision/shufflenet_v2_x1_0 torchvision/shufflenet_v2_x1_5
torchvision/shufflenet_v2_x2_0 torchvision/mnasnet0_75 torchvision/mnasnet1_0 torchvision/mnasnet1_3
torchvision/mobilenet_v3_large torchvision/regnet_y_400mf torchvision/resnet34 torchvision/resnet50 torchvision/vgg11
torchvision/vgg11_bn video/r3d_18 video/mc3_18 video/r2plus1d_18 video/s3d video/mvit_v1_b video/mvit_v2_s video/swin3d_t
segmentation/fcn_resnet50 segmentation/deeplabv3_resnet50 detection/fcos_resnet50_fpn detection/retinanet_resnet50_fpn
detection/ssd300_vgg16 detection/fasterrcnn_resnet50_fpn detection/maskrcnn_resnet50_fpn detection/keypointrcnn_resnet50_fpn
detection/fasterrcnn_mobilenet_v3_large_fpn detection/fasterrcnn_resnet50_fpn_v2 detection/maskrcnn_resnet50_fpn_v2
detection/retinanet_resnet50_fpn_v2 segmentation/fcn_resnet101 segmentation/deeplabv3_resnet101
torchvision/efficientnet_b1 torchvision/efficientnet_b2 torchvision/efficientnet_b3 torchvision/efficientnet_b4
torchvision/efficientnet_v2_s torchvision/regnet_x_800mf torchvision/regnet_y_800mf torchvision/regnet_x_1_6gf
torchvision/regnet_y_1_6gf torchvision/regnet_x_3_2gf torchvision/regnet_y_3_2gf torchvision/densenet169 torchvision/densenet201
torchvision/densenet161 torchvision/resnet101 torchvision/resnet152 torchvision/resnext50_32x4d torchvision/wide_resnet50_2
torchvision/convnext_small torchvision/swin_s torchvision/swin_v2_s torchvision/vgg13 torchvision/vgg13_bn torchvision/vgg16
torchvision/vgg16_bn torchvision/vgg19 torchvision/vgg19_bn torchvision/vit_b_16 torchvision/efficientnet_b5
torchvision/efficientnet_v2_m torchvision/regnet_x_8gf torchvision/regnet_y_8gf torchvision/resnext101_32x8d
torchvision/resnext101_64x4d torchvision/wide_resnet101_2 torchvision/convnext_base torchvision/swin_b torchvision/swin_v2_b
video/swin3d_s video/swin3d_b torchvision/efficientnet_b6 torchvision/efficientnet_b7 torchvision/efficientnet_v2_l
torchvision/regnet_x_16gf torchvision/regnet_y_16gf torchvision/regnet_x_32gf torchvision/regnet_y_32gf
torchvision/convnext_large torchvision/vit_l_32 torchvision/vit_l_16 torchvision/regnet_y_128gf torchvision/vit_h_14
"""

MODELS = list(dict.fromkeys((FIRST + HEADS + TIMM + TORCHVISION).split()))

CASES = ["torchscript-17", "dynamo-23"]
# More operator sets, for a few networks.
EVERY_CASE = ["torchscript-11", "torchscript-13", "torchscript-17", "dynamo-18", "dynamo-20", "dynamo-23"]
WITH_EVERY_CASE = {
    "torchvision/resnet18",
    "torchvision/mobilenet_v3_small",
    "torchvision/googlenet",
    "segmentation/lraspp_mobilenet_v3_large",
    "timm/deit_tiny_distilled_patch16_224",
}


def cases(model):
    return EVERY_CASE if model in WITH_EVERY_CASE else CASES
