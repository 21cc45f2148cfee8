#!/usr/bin/ruby
puts 1
return if ARGV.any?
puts 2
