value = 'relative'
