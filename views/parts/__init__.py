"""Parts of pages: widgets and drawing, one module per part; reads, writes and charts come from elsewhere."""
