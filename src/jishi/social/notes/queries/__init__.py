"""Reads of notes, comments and favourites."""

from jishi.social.notes.queries.comments import find_note_code, get_comment, page_comments, page_of_note
from jishi.social.notes.queries.exporting import export_person, text_of
from jishi.social.notes.queries.favourites import list_folders, page_favourites
from jishi.social.notes.queries.films import page_films
from jishi.social.notes.queries.forms import find_form_name, list_form_fields, list_forms
from jishi.social.notes.queries.notes import (
    count_of_author,
    find_content,
    find_note_id,
    find_topic,
    get_edit,
    get_note,
    list_cards,
    list_for_product,
    list_revisions,
    page_of_author,
    page_own,
)
from jishi.social.notes.queries.sales import sold_by_note

__all__ = [
    "count_of_author",
    "export_person",
    "find_content",
    "find_form_name",
    "find_note_code",
    "find_note_id",
    "find_topic",
    "get_comment",
    "get_edit",
    "get_note",
    "list_cards",
    "list_folders",
    "list_for_product",
    "list_form_fields",
    "list_forms",
    "list_revisions",
    "page_comments",
    "page_favourites",
    "page_films",
    "page_of_author",
    "page_of_note",
    "page_own",
    "sold_by_note",
    "text_of",
]
