from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "console.content"
    label = "content"
    verbose_name = "Content"

    def ready(self) -> None:
        from console.content import signals  # noqa: F401  (connects its receivers)
