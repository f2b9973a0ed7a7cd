"""What customers pay: subscriptions with dated terms, overdue payments, churn."""
