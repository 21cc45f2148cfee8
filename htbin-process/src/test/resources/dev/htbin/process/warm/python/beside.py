"""A module beside the script."""
import collections

name = collections.OrderedDict(a=1)
