from sklearn.ensemble import RandomForestClassifier


def forest(trees, max_depth, max_features):
    return RandomForestClassifier(trees, max_depth=max_depth, max_features=max_features, random_state=7)
