"""Addresses of notes; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import films, notes, post

urlpatterns: list[URLPattern] = [
    path("notes/<slug:code>/", notes.note, name="note"),
    path("films/", films.reel, name="films"),
    path("notes/<slug:code>/comments/", notes.comments, name="note_comments"),
    path("notes/<slug:code>/comment/", notes.comment, name="note_comment"),
    path("notes/<slug:code>/like/", notes.like, name="note_like"),
    path("notes/<slug:code>/keep/", notes.keep, name="note_keep"),
    path("notes/<slug:code>/repost/", notes.repost, name="note_repost"),
    path("notes/<slug:code>/history/", notes.history, name="note_history"),
    path("notes/<slug:code>/buy/<slug:product_code>/", notes.buy, name="note_buy"),
    path("comments/<slug:code>/like/", notes.like_comment, name="comment_like"),
    path("comments/<slug:code>/remove/", notes.remove_comment, name="comment_remove"),
    path("post/", post.compose, name="post"),
    path("post/upload/", post.upload, name="post_upload"),
    path("post/<slug:code>/", post.compose, name="post_edit"),
    path("post/<slug:code>/remove/", post.remove, name="post_remove"),
    path("me/notes/", notes.mine, name="my_notes"),
    path("me/favourites/", notes.favourites, name="favourites"),
    path("me/favourites/folders/", notes.folders, name="favourite_folders"),
]
