/** What helps while scripts are written: pages that show why one failed, records of runs that can be made again, and pages that reload themselves. */
package dev.htbin.develop;
