"""The gateway: channels, conversations, the Rasa client, hand-over, and what is said when the assistant is away."""
