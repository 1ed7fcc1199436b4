"""Facts become messages, messages reach people."""
