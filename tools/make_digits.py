"""Make dropviz/data/digits.npz: the digits, a fixed split, and a small plain network trained on it.

Run at development time only: ``python tools/make_digits.py``. The program itself never needs scikit-learn.

Source of the images: scikit-learn's copy (``sklearn.datasets.load_digits``) of the test part of "Optical
Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998,
https://doi.org/10.24432/C50P49, licence CC BY 4.0. 1,797 images of 8 × 8 pixels, each 0 to 16.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

OUT = Path(__file__).resolve().parents[1] / "dropviz" / "data" / "digits.npz"


def main() -> None:
    """Train 64–64–10 with ReLU on the training split, check it without scikit-learn, and save."""
    digits = load_digits()
    images = digits.data.astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    train, test = train_test_split(
        np.arange(len(labels)), test_size=360, stratify=labels, random_state=0, shuffle=True
    )
    test = np.sort(test)
    features = images.astype(np.float32) / np.float32(16)
    network = MLPClassifier((64,), activation="relu", batch_size=32, max_iter=60, tol=0.0, random_state=0)
    network.fit(features[np.sort(train)], labels[np.sort(train)])
    (w1, w2), (b1, b2) = network.coefs_, network.intercepts_
    w1, b1, w2, b2 = (np.asarray(part, np.float32) for part in (w1, b1, w2, b2))
    hidden = np.maximum(features[test] @ w1 + b1, 0)
    predicted = (hidden @ w2 + b2).argmax(axis=1)
    np.savez_compressed(
        OUT, images=images, labels=labels, test_indices=test.astype(np.uint16), w1=w1, b1=b1, w2=w2, b2=b2
    )
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, test accuracy {np.mean(predicted == labels[test]):.4f}")


if __name__ == "__main__":
    main()
