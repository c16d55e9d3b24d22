"""One inbox for what people say: suggestions, low ratings, survey answers, complaints."""
