"""The Django project: where people write the answers, keep the directory, and step into conversations."""
