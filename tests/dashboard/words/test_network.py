from dashboard.words import network
from pipeline.serving.ablation import Ablation, Shift
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


def test_what_is_switched_off_is_named(tiny_run):
    anatomy = tiny_run.anatomy()
    gates = anatomy.gates_of([[2, 0], [6 + 6 + 3, 0.5]])  # behind the maps of conv1 and pool1
    assert network.switched(anatomy, gates) == [("map 3 of conv1", 0), ("map 4 of conv2", 0.5)]


def test_what_switching_off_changes_is_said():
    found = Ablation(590, 401, 600, (Shift(9, 4, 112), Shift(3, 5, 1)))
    names = [str(digit) for digit in range(10)]
    assert network.ablation([("map 3 of conv1", 0)], found, names) == (
        "Without map 3 of conv1, it is right on 401 of 600 test images instead of 590. What grows "
        "most: “9” taken for “4” (112 more), “3” taken for “5” (1 more)."
    )
    same = Ablation(590, 590, 600, ())
    right = "it is right on 590 of 600 test images instead of 590."
    for changed, what in (
        ([("a", 0), ("b", 0)], "Without a, b"),
        ([("a", 0.5), ("b", 0)], "With a at 50.0%, b switched off"),
        ([(name, 0) for name in "abcd"], "With 4 maps and units changed"),
    ):
        assert network.ablation(changed, same, names) == f"{what}, {right}"
