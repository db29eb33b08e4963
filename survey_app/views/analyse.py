"""(being written)"""

from flask import Blueprint

bp = Blueprint("analyse", __name__)
