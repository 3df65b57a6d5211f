"""What computes: TensorFlow trainers that write run folders. Never imports Streamlit or the dashboard.

To see how a network learns, read `models`, then `gradient_descent`, then `classify`.
"""
