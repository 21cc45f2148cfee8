/** The three handler classes of Python's {@code http.server}. */
package dev.htbin.handler;
