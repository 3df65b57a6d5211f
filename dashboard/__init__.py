"""What people see: a Streamlit app that reads run folders. Never imports TensorFlow."""
