/** What can be said of a script or a site without running anything. */
package dev.htbin.check;
