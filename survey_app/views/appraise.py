"""(being written)"""

from flask import Blueprint

bp = Blueprint("appraise", __name__)
