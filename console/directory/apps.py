from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "console.directory"
    label = "directory"
    verbose_name = "Directory"
