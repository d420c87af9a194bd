"""Pure decisions of evaluation: values in, values or a named error out."""
