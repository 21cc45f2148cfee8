#!/usr/bin/ruby
puts "before"
if (
