/**
 * Starting, watching and ending processes: the port that the CGI engine launches scripts through.
 *
 * <p>Strings are octet strings: each char, 0 to 255, is one byte that the process gets.
 */
package dev.htbin.process;
