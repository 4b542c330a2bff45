"""What pages are made of: elements of ours with the JavaScript that draws them."""
