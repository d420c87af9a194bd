"""Pure decisions of the activity service, by noun; values in, values or a named error out."""
