"""The wheel has a program in it: it is of one platform, whose name the build tells, and of any Python 3."""

import os

from setuptools import setup
from setuptools.dist import Distribution
from wheel.bdist_wheel import bdist_wheel


class ProgramDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class ProgramWheel(bdist_wheel):
    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", os.environ.get("PLATFORM") or super().get_tag()[2]


setup(distclass=ProgramDistribution, cmdclass={"bdist_wheel": ProgramWheel})
