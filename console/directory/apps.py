from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "console.directory"
    label = "directory"
    verbose_name = "Directory"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from console.directory.models import Contact
        from console.directory.permissions import ContactPermissionPolicy

        register_permission_policy(Contact, ContactPermissionPolicy(Contact), exact_class=True)
