def accuracy(model, checked):
    """The share of rows whose class the model finds. Lies at the root of the source, which PYTHONPATH leads to."""
    return float((model.predict(checked) == checked.get_label()).mean())
