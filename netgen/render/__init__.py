"""From devices to files: text and tree back ends, the writer and its manifest."""
