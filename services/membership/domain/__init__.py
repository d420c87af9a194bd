"""Decisions about people, rolls and admission: values in, values or a named error out. No I/O, nothing async."""
