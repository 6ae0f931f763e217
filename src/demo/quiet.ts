// Imported before the server: the log would draw over the progress bar.
process.env.LOG_LEVEL ??= 'warn';
