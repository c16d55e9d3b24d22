"""Addresses of reviews, questions and answers; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import questions, review_forms, reviews

urlpatterns: list[URLPattern] = [
    path("p/<str:ref>/reviews/", reviews.index, name="product_reviews"),
    path("reviews/<slug:code>/history/", reviews.history, name="review_history"),
    path("reviews/<slug:code>/helpful/", reviews.vote, name="review_vote"),
    path("orders/<slug:code>/review/", review_forms.order, name="order_review"),
    path("me/reviews/", review_forms.mine, name="my_reviews"),
    path("me/reviews/<slug:code>/", review_forms.edit, name="review_edit"),
    path("p/<str:ref>/questions/", questions.index, name="product_questions"),
    path("q/<slug:code>/", questions.question, name="question"),
    path("q/<slug:code>/answer/", questions.answer, name="question_answer"),
    path("q/<slug:code>/do/", questions.act, name="question_do"),
    path("me/questions/", questions.mine, name="my_questions"),
]
