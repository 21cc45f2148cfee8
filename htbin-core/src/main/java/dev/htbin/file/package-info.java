/** Files and directories as {@code SimpleHTTPRequestHandler} serves them. */
package dev.htbin.file;
