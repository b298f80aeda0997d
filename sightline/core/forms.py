"""Forms that several processes ask with."""

from django import forms


class ReasonForm(forms.Form):
    """Why something is done that others must be able to understand later."""

    reason = forms.CharField(label="Why", max_length=300, widget=forms.Textarea)
