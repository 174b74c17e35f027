from dashboard.words import network
from pipeline.serving.inference import LayerInfo


def layer(kind: str, *shape: int, parameters: int = 0) -> LayerInfo:
    return LayerInfo(name=kind.lower(), kind=kind, shape=shape, parameters=parameters)


CONVOLUTIONAL = [
    layer("Conv2D", 28, 28, 8, parameters=80),
    layer("MaxPooling2D", 14, 14, 8),
    layer("BatchNormalization", 14, 14, 8, parameters=32),
    layer("Conv2D", 14, 14, 16, parameters=1168),
    layer("Conv2D", 14, 14, 16, parameters=2320),
    layer("MaxPooling2D", 7, 7, 16),
    layer("Flatten", 784),
    layer("Dense", 10, parameters=7850),
]


def test_layers_are_folded_by_stage():
    found = network.stages(CONVOLUTIONAL)
    assert [(stage.name, len(stage.layers), stage.parameters) for stage in found] == [
        ("Convolutional block 1", 3, 112),
        ("Convolutional block 2", 3, 3488),
        ("Dense layers", 2, 7850),
    ]
    assert [one for stage in found for one in stage.layers] == CONVOLUTIONAL


def test_a_network_without_convolutions_is_one_stage():
    (only,) = network.stages(CONVOLUTIONAL[-2:])
    assert network.stage_title(only) == "**Dense layers** · 10\xa0values · 7,850 parameters"


def test_a_network_whose_first_layer_is_no_convolution():
    names = [stage.name for stage in network.stages([layer("Rescaling", 9, 9, 1), *CONVOLUTIONAL])]
    assert names[:2] == ["Preparation", "Convolutional block 1"]
    assert names[-1] == "Dense layers"
    assert sum(len(s.layers) for s in network.stages([layer("Rescaling", 9, 9, 1)])) == 1
