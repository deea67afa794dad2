"""The figures of the app for print: choices of a Session in, a `figures.product.Figure` out; no Panel."""
