"""What the hostile tests share with those of pages."""

from tests.dashboard.conftest import app, components_found_once, keras_left_alone

__all__ = ["app", "components_found_once", "keras_left_alone"]
