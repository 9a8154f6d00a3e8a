"""The only place of this folder that names an inner module: change it here when it moves."""


def load_estimator(path):
    """The estimator of a bundle, opened by the code's own loader."""
    from hiprisk.learning.sheets.skops_file import load_estimator as load

    return load(path)
