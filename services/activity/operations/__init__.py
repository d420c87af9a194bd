"""One async function for each thing the activity service can do; the unit of work lives here."""
