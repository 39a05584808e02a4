"""How a beam particle and its shower make something dark: one file a process."""
