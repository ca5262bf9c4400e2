"""Make dropviz/data/example_check.json: what `check` says of a small network with three faults, for *My network*.

Run at development time only, where PyTorch is: ``python -m tools.make_example_check``.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from dropviz.torch import check

OUT = Path(__file__).resolve().parents[1] / "dropviz" / "data" / "example_check.json"
P = 0.1


class Attention(nn.Module):  # type: ignore[misc]  # as in dropviz/torch
    """Self-attention whose dropout stays on at test: the function takes no mode."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Attend."""
        q, k, v = self.query(x), self.key(x), self.value(x)
        return F.scaled_dot_product_attention(q, k, v, dropout_p=P)


class Head(nn.Module):  # type: ignore[misc]  # as in dropviz/torch
    """A layer with a mask of its own, whose survivors nobody divides by keep."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(width, width), nn.Linear(width, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Hide, drop, score."""
        x = F.relu(self.hidden(x))
        if self.training:
            x = x * (torch.rand_like(x) > P)
        return self.out(x)


class Network(nn.Module):  # type: ignore[misc]  # as in dropviz/torch
    """A block, a recurrent layer whose dropout does nothing, and a head."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.attention, self.drop = Attention(width), nn.Dropout(P)
        self.memory = nn.LSTM(width, width, num_layers=1, dropout=P, batch_first=True)
        self.head = Head(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores of the last step."""
        x = x + self.drop(self.attention(x))
        x, _ = self.memory(x)
        return self.head(x[:, -1])


def main() -> None:
    """Check the network, and save the report."""
    torch.manual_seed(0)
    OUT.write_text(check(Network(), torch.randn(8, 12, 32)).to_json() + "\n", encoding="utf-8")
    print(OUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
