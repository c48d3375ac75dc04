"""Mappings: how the objects of a file with keys, columns and shapes of its own become records; written in YAML, without code.

Top to bottom, each importing only from those above it:

    model      what a mapping may say, as pydantic models
    parse      YAML → model, with the line of each fault
    paths      where a value stands in an object: `date_text`, `collection.name`, `people[].id`
    leftovers  which ways are read, and what no field takes
    values     a value of the object → what a field takes
    makers     what makes each field
    convert    objects → records
    propose    a mapping for a file that has none yet
"""

from data.mapping.convert import Mapping
from data.mapping.parse import read_mapping

__all__ = ["Mapping", "read_mapping"]
