/** Warm interpreters: which programs can have one, how many there are and how long, and what they import before the first launch. */
package dev.htbin.process.warm;
