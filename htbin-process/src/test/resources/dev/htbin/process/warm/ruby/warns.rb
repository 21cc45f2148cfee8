#!/usr/bin/ruby -w
x = 1
puts "a"
puts $VERBOSE
