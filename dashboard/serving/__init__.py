"""Between a browser and the lab: the door, TensorBoard on the same port, and the routes beside the pages."""
