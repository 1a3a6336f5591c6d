"""What callers come to do, one module for each noun: values and a store in, values out."""
