"""What the audio says."""
