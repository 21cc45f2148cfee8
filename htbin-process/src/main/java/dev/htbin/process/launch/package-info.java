/** Chooses how processes are started on this machine, and starts them by the JDK where nothing better works. */
package dev.htbin.process.launch;
