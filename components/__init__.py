"""Graph components, channel and reply generator that Rasa loads in process (config.yml, endpoints.yml, credentials.yml)."""
