"""The way back from a packed figure, as `site.js` goes it."""

import base64
import gzip
import json
import re


def opened(content):
    """The name and the data that a script hands over."""
    name, sent = re.fullmatch(rb'dropviz\("(\w+)", "(\S+)"\);\n', content).groups()
    return name.decode(), json.loads(gzip.decompress(base64.b64decode(sent)))


def unpacked(sent, name):
    """The payload of one figure."""
    parts = sent["parts"]

    def field(key, shape):
        if isinstance(shape, dict):
            return {
                each: _texts(parts[part], sent["columns"]) if key == "texts" else parts[part]
                for each, part in shape.items()
            }
        return [parts[part] for part in shape] if isinstance(shape, list) else parts[shape]

    return {key: field(key, shape) for key, shape in sent["figures"][name].items()}


def _texts(cut, columns):
    texts = {}
    for words, places, *numbers in cut:
        for row, place in enumerate(columns[places]):
            between = [*(columns[number][row] for number in numbers), ""]
            texts[place] = "".join(word + number for word, number in zip(words, between, strict=True))
    return [texts[place] for place in range(len(texts))]
